"""Commands about accounts, for the person at the server."""

from __future__ import annotations

import click
from sqlalchemy import select

from lms.accounts import service
from lms.accounts.passwords import draw_first_password
from lms.base import clock, db
from lms.base.permissions import Role
from lms.base.users import School


@click.command("create-admin")
@click.argument("sign_in_name")
@click.option("--name", "full_name", required=True, help="Full name of the person.")
@click.option("--school", "school_code", help="Code of the school, where the installation has several.")
def create_admin(sign_in_name: str, full_name: str, school_code: str | None) -> None:
    """Make an administrator, or let a locked-out one in again, and print the first password."""
    _let_in(Role.ADMIN, sign_in_name, full_name, school_code)


@click.command("create-leader")
@click.argument("sign_in_name")
@click.option("--name", "full_name", required=True, help="Full name of the person.")
@click.option("--school", "school_code", help="Code of the school, where the installation has several.")
def create_leader(sign_in_name: str, full_name: str, school_code: str | None) -> None:
    """Make a leader of the school, or let the only one in again, and print the first password."""
    _let_in(Role.LEADER, sign_in_name, full_name, school_code)


def _let_in(role: Role, sign_in_name: str, full_name: str, school_code: str | None) -> None:
    first = draw_first_password()
    with db.transaction() as session:
        wanted = select(School).order_by(School.id)
        schools = session.scalars(wanted.where(School.code == school_code) if school_code else wanted).all()
        if len(schools) != 1:
            codes = ", ".join(session.scalars(select(School.code).order_by(School.code)))
            raise click.ClickException(f"Name one school with --school: {codes}" if codes else "No school yet: /setup")
        person = service.let_in_at_the_server(session, schools[0], role, sign_in_name, full_name, first, at=clock.now())
        click.echo(f"{person.sign_in_name} {first.text}")


commands = (create_admin, create_leader)
