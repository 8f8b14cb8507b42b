"""The business: values in, values out. It knows no clock, no file, no database and no Temporal."""
