from __future__ import annotations

from console.libvirtxml import changes
from console.libvirtxml.keeping import with_secrets, without_secrets

PLAIN = """<domain type='kvm'>
  <name>a</name>
  <devices>
    <disk type='network'><source protocol='https' name='x'><host name='h'/></source><target dev='vda'/></disk>
    <graphics type='vnc' port='-1'/>
    <graphics type='spice'><listen type='address'/></graphics>
  </devices>
</domain>"""
SECURE = PLAIN.replace("port='-1'", "port='-1' passwd='geheim' passwdValidTo='2030-01-01T00:00:00'").replace(
    "<host name='h'/>", "<host name='h'/><cookies><cookie name='t'>s3cret</cookie></cookies>"
)


def test_what_was_left_out_comes_back() -> None:
    edited = PLAIN.replace("<name>a</name>", "<name>a</name><!-- mine --><title>new</title>")
    whole = with_secrets(edited, PLAIN, SECURE)
    assert 'passwd="geheim"' in whole
    assert "2030-01-01" in whole
    assert '<cookie name="t">s3cret</cookie>' in whole
    assert "<!-- mine --><title>new</title>" in whole
    assert changes.same(
        without_secrets(whole).replace('<cookies><cookie name="t">s3cret</cookie></cookies>', ""), edited
    )


def test_a_device_that_goes_takes_its_password_along() -> None:
    edited = PLAIN.replace("<graphics type='vnc' port='-1'/>", "")
    assert "geheim" not in with_secrets(edited, PLAIN, SECURE)


def test_a_password_typed_anew_stays_as_typed() -> None:
    edited = PLAIN.replace("port='-1'", "port='-1' passwd='other'")
    whole = with_secrets(edited, PLAIN, SECURE)
    assert "other" in whole
    assert "geheim" not in whole


def test_without_secrets_the_text_is_not_touched() -> None:
    odd = PLAIN.replace("type='vnc'", "type = 'vnc'")
    assert with_secrets(odd, PLAIN, PLAIN) is odd
    assert without_secrets(odd) is odd
    assert "geheim" not in without_secrets(SECURE)
