"""The commands of `sla`, one file per family. Each parses, makes one call, answers."""
