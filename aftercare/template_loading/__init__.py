"""How templates are compiled: without indentation, and with their constant parts joined."""
