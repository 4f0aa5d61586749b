"""Consent of patients: the version of the text and the instant.

The database's default counts for all patients of before, whose enrolment needed their consent: no row is rewritten.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0035_words_on_data'),
    ]

    operations = [
        migrations.AddField(
            model_name='patient',
            name='consent_version',
            field=models.CharField(db_default='enrolment', default='', editable=False, max_length=20),
        ),
        migrations.AddField(
            model_name='patient',
            name='consented_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='event',
            name='verb',
            field=models.CharField(choices=[('enrolled', 'enrolled the patient'), ('invited', 'sent the patient an invitation'), ('handed_over', 'handed the patient a sign-in link'), ('came_in', 'signed in with the invitation'), ('joined', 'agreed to use the portal with this clinic too'), ('agreed', 'agreed to the text on data and privacy'), ('refused_link', 'was refused: opened somebody else’s link'), ('changed_details', 'changed how the patient is reached or named'), ('recorded_procedure', 'recorded a procedure'), ('warned', 'was warned: treated over an open alert'), ('submitted_for', 'entered a check-in for the patient'), ('opened_alert', 'opened this page'), ('opened_patient', "opened the patient's page"), ('looked', "looked at the patient's data"), ('acknowledged', 'acknowledged'), ('assigned', 'gave it to somebody'), ('gave_back', 'gave it back'), ('closed', 'closed'), ('undid_close', 'undid closing it'), ('reopened', 'opened it again'), ('passed_on', 'passed it on to the next contact'), ('escalated', 'told the next contact: nobody has acknowledged'), ('noted_silence', 'told the clinic: no check-in since this alert'), ('forgotten', 'told the next contact: acknowledged, and no call since'), ('returned', 'took it back for anybody: its owner is not there'), ('tried_contact', 'tried to reach the patient'), ('corrected_contact', 'corrected what was recorded of a call'), ('not_reached', 'told the manager: three tries did not reach the patient'), ('set_next_try', 'set the next try'), ('left_open', 'told the owner and the manager: not closed for three days'), ('undelivered', 'told the next contact: a message was refused'), ('nobody_to_tell', 'told the technical contact: the clinic has nobody to tell'), ('said_called', 'said that they called'), ('opened_letter', 'opened the message'), ('sent_letter', 'sent the patient a message'), ('changed_contacts', 'changed who is told'), ('started_drill', 'started an alarm drill'), ('acknowledged_drill', 'acknowledged an alarm drill'), ('stopped_drill', 'stopped an alarm drill'), ('retried_message', 'let a message that failed be tried again'), ('dismissed_message', 'looked into a message that failed'), ('sent_again', 'sent a message again'), ('added_staff', 'added a staff member'), ('invited_staff', 'sent a staff member an invitation'), ('changed_account', 'changed their own name or telephone'), ('changed_reach', 'changed how they are reached'), ('changed_address', 'changed the address they sign in with'), ('changed_staff', 'changed a staff member'), ('changed_clinic', "changed the clinic's details"), ('corrected_procedure', 'corrected a procedure'), ('moved_procedure', 'moved a procedure to the patient who had it'), ('changed_intake', 'changed the intake'), ('skipped_intake', 'recorded a procedure without asking about the risk'), ('withdrew', 'withdrew the patient'), ('took_back', 'took the patient back'), ('signed_in', 'signed in'), ('signed_out', 'signed out'), ('failed_second_step', 'failed at the second step of signing in'), ('added_factor', 'added a second step of signing in'), ('removed_factor', 'removed a second step of signing in'), ('renewed_spare_codes', 'made new spare codes'), ('asked_removal', 'asked to remove somebody’s second step'), ('approved_removal', 'agreed to remove somebody’s second step'), ('stopped_removal', 'stopped the removal of a second step'), ('reset_factors', 'removed somebody’s second step'), ('erased', 'erased who the person is')], max_length=40),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('consent_version__in', ['', 'enrolment']), ('consented_at__isnull', True)), models.Q(('consented_at__isnull', False), models.Q(('consent_version__in', ['', 'enrolment']), _negated=True)), _connector='OR'), name='patient_agrees_to_a_version_at_an_instant'),
        ),
    ]
