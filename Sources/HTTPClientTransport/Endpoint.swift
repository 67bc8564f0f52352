// SPDX-License-Identifier: Apache-2.0
import HTTPTransport

/// The one server a transport is bound to, taken apart once.
struct Endpoint: Equatable, Sendable {
    /// `https://host:port` without a path, with the name for TLS in place of the host where one is given.
    let origin: String
    /// In front of every path, without a slash at its end.
    let path: String
    /// The host and port as written, for the `Host` header.
    let authority: String
    /// The host behind the TLS name, for the connection; nil where both are the same.
    let connectHost: String?

    init(_ url: String, serverName: String?) throws(AHCTransport.ConfigurationError) {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .baseURL("it has spaces, control characters or letters outside ASCII")
        }
        guard let mark = url.firstRange(ofText: "://") else { throw .baseURL("`https://` is missing at its start") }
        let scheme = url[..<mark.lowerBound].lowercased()
        guard scheme == "https" || scheme == "http" else {
            throw .baseURL("it must begin with `https://` or `http://`")
        }
        let rest = url[mark.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else { throw .baseURL("it must not hold a user name or password") }
        guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else { throw .baseURL("it must not hold `?` or `#`") }
        let hostEnd =
            authority.first == "["
            ? authority.firstIndex(of: "]").map { authority.index(after: $0) } : authority.firstIndex(of: ":")
        let host = authority[..<(hostEnd ?? authority.endIndex)]
        guard !host.isEmpty, host != "[]" else { throw .baseURL("the host is missing") }
        var path = rest[authority.endIndex...]
        while path.last == "/" { path.removeLast() }
        self.path = String(path)
        self.authority = String(authority)
        if let serverName, serverName != host {
            origin = "\(scheme)://\(serverName)\(authority[host.endIndex...])"
            connectHost = host.first == "[" ? String(host.dropFirst().dropLast()) : String(host)
        } else {
            origin = "\(scheme)://\(authority)"
            connectHost = nil
        }
    }
}

extension String {
    /// Where `text` first occurs.
    fileprivate func firstRange(ofText text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            let end = index(start, offsetBy: text.count, limitedBy: endIndex) ?? endIndex
            if self[start..<end] == text { return start..<end }
            start = index(after: start)
        }
        return nil
    }
}
