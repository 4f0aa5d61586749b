"""Drawn input at every form, query and endpoint: no input is answered with an error of the server."""
