"""The business, without a clock."""
