"""Settings: read from the environment once, here and nowhere else. `docs/settings.md` describes each."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

PREFIX = "GIEO_"
ROOT = Path(__file__).resolve().parents[2]  # where templates, static and the packages lie


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs. Each field is the environment variable `GIEO_<NAME>`."""

    data_dir: Path = Path("data")
    database_url: str = ""  # empty: SQLite in data_dir
    secret_key: str = ""  # empty: made once and kept in data_dir/secret
    redis_url: str = ""  # empty: jobs and limits live in this process and data_dir
    base_url: str = ""  # the address people type; empty: taken from the request
    host: str = "127.0.0.1"
    port: int = 8080
    threads: int = 8  # request threads a worker process
    workers: int = 1  # worker processes; stays 1 on SQLite
    secure_cookies: bool = False  # set when served over https
    trusted_proxies: int = 0  # how many reverse proxies stand in front
    session_hours: int = 12
    max_upload_mb: int = 5120  # largest file in the library
    max_question_file_mb: int = 50  # largest file of questions
    search_engine: str = "tantivy"  # or "whoosh"
    mail_url: str = "file:"  # or smtp://user:password@host:port
    mail_from: str = "gieo@localhost"
    source_url: str = ""  # where people get the source of what runs here (AGPL, section 13)
    metrics_token: str = ""  # empty: /metrics answers the machine itself only
    log_format: str = "console"  # or "json"
    environment: str = "production"  # or "development", "test"

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'gieo.db'}"

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is used: one process, one writer."""
        return not self.database_url or self.database_url.startswith("sqlite")

    @property
    def testing(self) -> bool:
        return self.environment == "test"

    @property
    def developing(self) -> bool:
        return self.environment == "development"


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; make and keep a secret key where none is given.

    Raises:
        ValueError: a variable holds what its setting cannot take, or a name is unknown.
    """
    environ = os.environ if environ is None else environ
    known = {PREFIX + field.name.upper(): field for field in fields(Settings)}
    unknown = sorted(name for name in environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise ValueError(f"Unknown settings: {', '.join(unknown)}. See docs/settings.md.")
    values: dict[str, object] = {}
    for name, field in known.items():
        if name in environ:
            values[field.name] = _parse(name, str(field.type), environ[name])
    settings = Settings(**values)  # type: ignore[arg-type]  # each value was parsed by its field's type
    if settings.secret_key:
        return settings
    return Settings(**{**values, "secret_key": kept_secret(settings.data_dir)})  # type: ignore[arg-type]


def _parse(name: str, kind: str, text: str) -> object:
    if kind == "int":
        try:
            return int(text)
        except ValueError:
            raise ValueError(f"{name} must be a whole number, not {text!r}.") from None
    if kind == "bool":
        if text.lower() not in {"0", "1", "true", "false", "yes", "no"}:
            raise ValueError(f"{name} must be true or false, not {text!r}.")
        return text.lower() in {"1", "true", "yes"}
    return Path(text) if kind == "Path" else text


def kept_secret(data_dir: Path) -> str:
    """Return the installation's secret key, making it on the first call; readable by its owner alone."""
    path = data_dir / "secret"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()
