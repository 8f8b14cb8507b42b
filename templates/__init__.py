"""What people read: letters. A package, so that wheels carry it."""
