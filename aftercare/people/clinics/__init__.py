"""Clinics and their staff: telephones, rota, invitations, names of senders."""
