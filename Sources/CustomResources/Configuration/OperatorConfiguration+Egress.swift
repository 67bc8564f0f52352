// SPDX-License-Identifier: Apache-2.0
import Essentials
import Schema

/// Where a proxy listens.
package struct ProxyAddress: Hashable, Sendable {
    package var host: String
    package var port: Int

    /// Reads `http://host:port`; nil for anything else. Accounts are refused: the configuration is no place for secrets.
    package init?(_ text: String) {
        guard text.hasPrefix("http://") else { return nil }
        var rest = text.dropFirst(7)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard let colon = rest.lastIndex(of: ":"), let port = UInt16(rest[rest.index(after: colon)...]), port > 0 else {
            return nil
        }
        var host = rest[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"/@?#[]".utf8.contains($0) }) else {
            return nil
        }
        (self.host, self.port) = (String(host), Int(port))
    }
}

extension OperatorConfiguration.Egress {
    /// For programs that read the usual variables, as Trivy does.
    package var environment: [String: String] {
        if httpProxy.isEmpty, httpsProxy.isEmpty { return [:] }
        return ["HTTP_PROXY": httpProxy, "HTTPS_PROXY": httpsProxy, "NO_PROXY": noProxy.joined(separator: ",")]
            .filter { !$0.value.isEmpty }
    }

    mutating func read(_ json: JSONValue) {
        OperatorConfiguration.read(json["httpProxy"]?.stringValue, into: &httpProxy)
        OperatorConfiguration.read(json["httpsProxy"]?.stringValue, into: &httpsProxy)
        OperatorConfiguration.read(json["noProxy"]?.arrayValue?.compactMap(\.stringValue), into: &noProxy)
        OperatorConfiguration.read(json["allow"]?.arrayValue?.compactMap(\.stringValue), into: &allow)
        OperatorConfiguration.read(json["authorities"]?.stringValue, into: &authorities)
    }

    var problems: [String] {
        var problems = [("httpProxy", httpProxy), ("httpsProxy", httpsProxy)].compactMap { name, text -> String? in
            guard !text.isEmpty, ProxyAddress(text) == nil else { return nil }
            // It may hold an account, so it is not repeated.
            return "egress.\(name): it is no http://host:port without an account; correct it"
        }
        for (name, list) in [("noProxy", noProxy), ("allow", allow)] {
            for (index, entry) in list.enumerated() where entry.contains(",") || entry.contains(" ") {
                problems.append("egress.\(name)[\(index)]: \(JSONValue.string(entry).excerpt) is several; write a list")
            }
        }
        if !authorities.isEmpty, !authorities.contains("-----BEGIN CERTIFICATE-----") {
            problems.append("egress.authorities: there is no PEM certificate in it; paste the CA's certificate")
        }
        return problems
    }
}
