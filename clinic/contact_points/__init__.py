"""How staff are reached: their telephones and addresses, what is used when, and who cannot be woken at night."""
