/* SPDX-License-Identifier: GPL-2.0-only */
/* xml.h - text inside XML and HTML */
#ifndef VS_XML_H
#define VS_XML_H

#include <stdio.h>

/**
 * vs_xml_text() - print @text so that it is text, in an element or in an attribute in double quotes
 *
 * Control characters that XML has no way to write (XML 1.0 section 2.2) are left out.
 */
void vs_xml_text(FILE *out, const char *text);

#endif
