"""The server under measurement: `python -m bench.exam_server real|bare`, settings as always from the environment.

Both run under granian with the same interface, threads and database settings. `bare` is the yardstick: a Flask view
that reads JSON and stores one row durably with Core, one transaction a request, through the same engine set-up
(WAL, synchronous=FULL and the write gate on SQLite; pool and psycopg on PostgreSQL).
"""

from __future__ import annotations

import sys

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, Text, insert

from lms.app import create_app
from lms.base import clock, config, db
from lms.base.config import Settings
from lms.base.db import UtcDateTime
from lms.serving import settle

_bare = Table(
    "bench_bare_answer",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("attempt_id", Integer, nullable=False, index=True),
    Column("client_id", String(80), nullable=False),
    Column("client_seq", BigInteger, nullable=False),
    Column("slot", Integer, nullable=False),
    Column("payload", Text, nullable=False),
    Column("server_at", UtcDateTime, nullable=False),
)


def bare(settings: Settings) -> Flask:
    """One view, one INSERT, one commit."""
    app = Flask("bare")
    engine = db.connect(settings.database)
    _bare.metadata.create_all(engine)
    writes = db.engine_for(writes=True)

    @app.post("/save")
    def save() -> ResponseReturnValue:
        sent = request.get_json()
        with writes.begin() as connection:
            connection.execute(
                insert(_bare),
                {
                    "attempt_id": sent["attempt"],
                    "client_id": sent["client"],
                    "client_seq": sent["seq"],
                    "slot": sent["slot"],
                    "payload": sent["payload"],
                    "server_at": clock.now(),
                },
            )
        return jsonify(ok=True)

    return app


def main(kind: str) -> None:
    """Serve until told to stop."""
    settings = config.from_environment()
    make = {"bare": bare, "real": create_app}[kind]
    server = Granian(
        target="bench",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=1,
        blocking_threads=settings.threads,
        backlog=2048,
        backpressure=2048,
        log_level=LogLevels.error,
    )

    def load(_target: str) -> Flask:
        app = make(settings)
        settle()
        return app

    server.serve(target_loader=load, wrap_loader=True)


if __name__ == "__main__":
    main(sys.argv[1])
