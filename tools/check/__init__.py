"""The checks of bin/test and bin/check."""
