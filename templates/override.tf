{% if backend %}
terraform {
  backend "local" {
    workspace_dir = {{ backend }}
  }
}
{% endif %}
{% for provider in provider_regions %}
provider {{ provider[0] }} {
{% if provider[1] %}
  alias  = {{ provider[1] }}
{% endif %}
  region = {{ region }}
}
{% endfor %}
{% for block in blocks %}
resource {{ block.type }} {{ block.name }} {
{% for argument in block.arguments %}
  {{ argument[0] }} = {{ argument[1] }}
{% endfor %}
{% if block.shared %}
  lifecycle {
    ignore_changes  = all
    prevent_destroy = true
  }
{% endif %}
}
{% endfor %}
{% for import in imports %}
import {
  to = {{ import[0] }}
  id = {{ import[1] }}
}
{% endfor %}
