"""Who performed a treatment and which lots were used: compared, recorded and suggested."""
