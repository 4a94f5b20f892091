"""Commands about quizzes, for the person at the server."""

from __future__ import annotations

import click

from lms.quizzes.jobs import close_due


@click.command("close-attempts")
def close_attempts() -> None:
    """Hand in every attempt whose time is over and close the quizzes that are over; the server does it by itself."""
    close_due()
    click.echo("Every attempt whose time was over is handed in.")


commands = (close_attempts,)
