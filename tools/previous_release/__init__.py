"""Dump of a filled database, with which the migrations of the next release are tested."""
