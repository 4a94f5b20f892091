"""The database's shape over time: one Alembic revision a change, forward, named by intent.

Owns the revisions and how they are applied. Does not own the tables: those live with their features.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, inspect

from lms.base.errors import Conflict
from lms.base.i18n_marks import N_

HERE = Path(__file__).resolve().parent


def upgrade(engine: Engine) -> None:
    """Bring the database to the present shape; a database that has it already is left alone.

    Raises:
        Conflict: the database holds tables that no revision made, so nobody knows their shape.
    """
    with engine.begin() as connection:
        tables = set(inspect(connection).get_table_names())
        if "school" in tables and "alembic_version" not in tables:
            raise Conflict(N_("Cơ sở dữ liệu này không do một bản phát hành của Gieo tạo ra. Hãy dùng thư mục khác."))
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def write_revision(engine: Engine, message: str) -> None:
    """Write the revision that leads from this database's shape to the tables', for a person to read and finish."""
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    return config
