"""How a patient is reached beside e-mail: a telephone or a browser of their own, with their yes."""
