"""The rehearsal: the whole life of an agreement, played in seconds on an engine of its own."""
