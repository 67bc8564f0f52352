// SPDX-License-Identifier: Apache-2.0

/// Hosts that are reached without a proxy, by the rules of Go's httpproxy, so that the operator and Trivy agree.
///
/// This machine is always reached directly.
package struct ProxyExceptions: Sendable, Hashable {
    private var rules: HostRules

    package init(_ texts: [String]) { rules = HostRules(texts) }

    /// True when the host is to be reached directly.
    package func covers(host: String, port: Int) -> Bool {
        let host = host.lowercased()
        if host == "localhost" { return true }
        return IPAddress(host)?.isLoopback == true || rules.match(host: host, port: port)
    }
}
