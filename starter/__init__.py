"""The doors: each parses, makes one call, answers."""
