// SPDX-License-Identifier: Apache-2.0

/// An absolute URL over HTTP or HTTPS, as far as it matters where it leads.
package struct WebhookURL: Hashable, Sendable {
    package var isSecure: Bool
    /// In lower case; an IPv6 address without brackets.
    package var host: String
    package var port: Int
    /// As it was written.
    package var text: String

    /// Why a text is no such URL, for people; nil when it is one. The text itself may be a secret and is not repeated.
    package static func flaw(in text: String) -> String? {
        do throws(Flaw) {
            _ = try WebhookURL(parsing: text)
            return nil
        } catch { return error.description }
    }

    /// A text that may be shown for it: scheme, host and port of a URL. One with a flaw becomes another with the same flaw, so
    /// both are judged the same. What is masked already stays as it is.
    package static func masked(_ text: String) -> String {
        do throws(Flaw) {
            let url = try WebhookURL(parsing: text)
            let start = url.text.firstRange(of: "://")?.upperBound ?? url.text.startIndex
            let origin = url.text[..<(url.text[start...].firstIndex { "/?#".contains($0) } ?? url.text.endIndex)]
            return origin.count == url.text.count ? String(origin) : "\(origin)/***"
        } catch {
            return switch error {
            case .noScheme: "***"
            case .account: "https://***@***"
            case .host: "https://"
            case .port: "https://***:0"
            case .character: "https:// "
            }
        }
    }

    package enum Flaw: Error, Hashable, Sendable, CustomStringConvertible {
        case noScheme
        case account
        case host
        case port
        case character

        package var description: String {
            switch self {
            case .noScheme: "it begins with neither https:// nor http://; write https://host/path"
            case .account: "it holds an account; put the whole URL into a Secret without one, and sign messages"
            case .host: "its host is no name and no address; write https://host/path"
            case .port: "its port is no number from 1 to 65535; correct it"
            case .character:
                "it holds a blank, a control character or one outside ASCII; write that as %20 and the like"
            }
        }
    }

    package init(parsing text: String) throws(Flaw) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else { throw .character }
        let rest: Substring
        if text.lowercased().hasPrefix("https://") {
            (isSecure, rest) = (true, text.dropFirst(8))
        } else if text.lowercased().hasPrefix("http://") {
            (isSecure, rest) = (false, text.dropFirst(7))
        } else {
            throw .noScheme
        }
        var authority = rest.prefix { !"/?#".contains($0) }
        guard !authority.contains("@") else { throw .account }
        port = isSecure ? 443 : 80
        let bracket = authority.lastIndex(of: "]")
        if let colon = authority.lastIndex(of: ":"), bracket.map({ $0 < colon }) ?? true {
            guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0 else { throw .port }
            port = Int(number)
            authority = authority[..<colon]
        }
        if bracket != nil {
            guard authority.hasPrefix("["), authority.hasSuffix("]") else { throw .host }
            authority = authority.dropFirst().dropLast()
            guard authority.contains(":"), authority.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else {
                throw .host
            }
        } else {
            let isName = authority.utf8.allSatisfy {
                ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x61 && $0 <= 0x7A) || $0 == 0x2D
                    || $0 == 0x2E || $0 == 0x5F
            }
            guard isName else { throw .host }
        }
        guard !authority.isEmpty, authority.utf8.count <= 253 else { throw .host }
        host = authority.lowercased()
        // 127.1, 2130706433 and 0x7f.1 are addresses to some resolvers, and names to others.
        guard bracket != nil || Self.isUnmistakable(host) else { throw .host }
        // Written anew: what was judged is what is connected to, whatever the letters.
        let path = rest.dropFirst(rest.prefix { !"/?#".contains($0) }.count)
        let name = bracket == nil ? host : "[\(host)]"
        let usual = port == (isSecure ? 443 : 80)
        self.text = "\(isSecure ? "https" : "http")://\(name)\(usual ? "" : ":\(port)")\(path)"
    }

    /// A name whose last label is no number, or an IPv4 address in its four decimal parts.
    private static func isUnmistakable(_ host: String) -> Bool {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard let last = labels.last(where: { !$0.isEmpty }) else { return false }
        let isNumber = last.allSatisfy(\.isNumber) || last.hasPrefix("0x")
        guard isNumber else { return true }
        return labels.count == 4
            && labels.allSatisfy { label in UInt8(label).map { "\($0)" == label } ?? false }
    }
}
