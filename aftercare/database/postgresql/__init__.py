"""Django's backend for PostgreSQL, with a cheaper check of a connection that was just in use."""
