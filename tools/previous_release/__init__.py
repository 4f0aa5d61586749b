"""Makes the dump of a filled database that the next release's migrations are tested with."""
