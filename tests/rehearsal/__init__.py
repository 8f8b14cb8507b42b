"""Rehearsals: what is asked for, what is foreseen, what the engine plays, and how it is shown."""
