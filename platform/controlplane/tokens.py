from django.contrib.auth.tokens import PasswordResetTokenGenerator


class PasswordToken(PasswordResetTokenGenerator):
    """Of the platform's accounts only: an office's own link does not work here, nor the other way round."""

    key_salt = "controlplane.password"


password_token = PasswordToken()
