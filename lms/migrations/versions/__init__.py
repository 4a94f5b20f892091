"""The revisions, oldest first; each is read once by Alembic and never changed after it has landed."""
