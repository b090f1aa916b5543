import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.MarshalException;
import javax.xml.crypto.OctetStreamData;
import javax.xml.crypto.URIReferenceException;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.XMLSignatureException;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/**
 * Judges XAdES results by Java's own XML signatures, with secure validation.
 *
 * <p>{@code java Xades.java RESULT...} prints one line per result: {@code accepted PATH}, or {@code refused PATH: why}.
 * A detached document is looked for beside its result. The signature and its references are judged, not who signed.
 */
class Xades {
    private static final XMLSignatureFactory SIGNATURES = XMLSignatureFactory.getInstance("DOM");

    public static void main(String[] results) throws Exception {
        for (String result : results) {
            String refusal = refusal(Path.of(result));
            System.out.println(refusal == null ? "accepted " + result : "refused " + result + ": " + refusal);
        }
    }

    private static String refusal(Path result) throws Exception {
        var builder = DocumentBuilderFactory.newDefaultNSInstance().newDocumentBuilder();
        var root = builder.parse(result.toFile()).getDocumentElement();
        var certificate = (Element) root.getElementsByTagNameNS("*", "X509Certificate").item(0);
        var context = new DOMValidateContext(KeySelector.singletonKeySelector(key(certificate)), root);
        context.setProperty("org.jcp.xml.dsig.secureValidation", true);
        nameIds(context, root);
        context.setURIDereferencer((reference, whole) -> {
            if (reference.getURI().startsWith("#")) {
                return SIGNATURES.getURIDereferencer().dereference(reference, whole);
            }
            // The decoder is made for forms, where a plus sign is a space; ours are always escaped.
            var name = URLDecoder.decode(reference.getURI(), StandardCharsets.UTF_8);
            try {
                return new OctetStreamData(new ByteArrayInputStream(Files.readAllBytes(result.resolveSibling(name))));
            } catch (IOException e) {
                throw new URIReferenceException(e);
            }
        });
        try {
            var signature = SIGNATURES.unmarshalXMLSignature(context);
            if (!signature.getSignatureValue().validate(context)) {
                return "the signature value is wrong";
            }
            var references = signature.getSignedInfo().getReferences();
            for (Reference reference : references) {
                if (!reference.validate(context)) {
                    return "the digest of " + reference.getURI() + " is wrong";
                }
            }
            return references.size() == 3 ? null : references.size() + " references";
        } catch (MarshalException | XMLSignatureException e) {
            return e.getMessage();
        }
    }

    private static PublicKey key(Element certificate) throws Exception {
        var bytes = Base64.getMimeDecoder().decode(certificate.getTextContent());
        var certificates = CertificateFactory.getInstance("X.509");
        return certificates.generateCertificate(new ByteArrayInputStream(bytes)).getPublicKey();
    }

    /** Tells which attributes are ids, which only a schema could. */
    private static void nameIds(DOMValidateContext context, Element root) {
        var elements = root.getElementsByTagName("*");
        for (int i = 0; i < elements.getLength(); i++) {
            var element = (Element) elements.item(i);
            if (element.hasAttribute("Id")) {
                context.setIdAttributeNS(element, null, "Id");
            }
        }
    }
}
