"""Time, waiting and order: what happens when, and who is waited for."""
