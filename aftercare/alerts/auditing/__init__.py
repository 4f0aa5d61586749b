"""The auditor: finds what nobody would be told of any more, lets it be told now, and reports it."""
