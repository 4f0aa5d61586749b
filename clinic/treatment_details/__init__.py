"""Who treated and which lots were used, as fields of the forms of treatments."""
