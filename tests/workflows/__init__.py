"""The durable side: waiting, order, faults, replay."""
