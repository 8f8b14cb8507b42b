"""The same arithmetic for very many rows at once, on NumPy arrays: it answers exactly what the scalar rooms answer.

Instants are int64 microseconds since 1970 in UTC, lengths int64 microseconds, rows the places of an array. Workflows
and the rest of `sla/` never import it; a compliance run and the benchmarks do. Source: MON-1, MON-2, MON-16.
"""
