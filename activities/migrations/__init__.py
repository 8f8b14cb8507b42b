"""How the register's tables came about, one file per change. You need this folder when a table changes.

`alembic` is called by `activities.database.migrate` only; there is no configuration file.
"""
