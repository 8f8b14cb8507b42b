"""The outside world, one adapter per port: database, mail."""
