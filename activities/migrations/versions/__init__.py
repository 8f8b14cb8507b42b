"""The changes, oldest first. A change that has been released is never edited."""
