"""The mailed and stored world, tried out: adapters on real databases and real mail servers."""
