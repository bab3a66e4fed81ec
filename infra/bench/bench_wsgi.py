"""The product's own application, with the kinds of activities that events and gifts will bring."""

from config.wsgi import application as application  # isort: skip -- Django first
from people_segments import register_kinds

register_kinds()
