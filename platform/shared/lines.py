from typing import Any

from django import forms


class LinesField(forms.CharField):
    """Text of several lines. Browsers count a line's end as one character and send two: what fitted on the screen fits."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        text = value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value
        return super().to_python(text)
