"""Real processes that are killed at random moments."""
