"""What Alembic runs: on the connection and in the transaction that `activities.database.migrate` gives."""

from alembic import context

from activities.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
