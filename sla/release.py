"""Which release this is: written into every worker's build id."""

VERSION = "0.4.0"
