"""Who may open what: every address of the portal, as every kind of person."""
