// SPDX-License-Identifier: Apache-2.0
import Essentials

extension Kubeconfig {
    /// The credentials of a context, by default the current one. Nothing that runs a program or skips verification is
    /// accepted.
    package func credentials(context override: String? = nil) throws(CredentialsError) -> ClusterCredentials {
        let place = files.joined(separator: ":")
        guard let name = override ?? currentContext else {
            throw CredentialsError(
                file: place, path: "current-context", problem: "it is not set; name a context with --context")
        }
        let context = try Reader(contexts, "contexts", "context", name, fallback: place)
        guard let clusterName = try context.text("cluster") else { throw context.error("cluster", "it is missing") }
        let cluster = try Reader(clusters, "clusters", "cluster", clusterName, fallback: place)
        var credentials = ClusterCredentials(
            server: try server(of: cluster), namespace: try context.text("namespace") ?? "default",
            source: "the context \(quoted(name)) of \(shown(context.file, limit: 256))")
        credentials.serverName = try cluster.text("tls-server-name")
        credentials.authorities = try cluster.material("certificate-authority")
        if let userName = try context.text("user") {
            let user = try Reader(users, "users", "user", userName, fallback: place)
            try identify(as: user, in: &credentials)
        }
        if credentials.server.lowercased().hasPrefix("http://"), !isLoopback(credentials.server),
            credentials.token != nil
        {
            throw cluster.error("server", "a token must not be sent without TLS; the URL must begin with `https://`")
        }
        return credentials
    }

    private func server(of cluster: Reader) throws(CredentialsError) -> String {
        try cluster.refuse(
            "insecure-skip-tls-verify", unless: false, "it is not supported; give `certificate-authority-data` instead")
        try cluster.refuse("proxy-url", unless: nil, "proxies are not supported")
        guard let server = try cluster.text("server") else { throw cluster.error("server", "it is missing") }
        return server
    }

    private func identify(as user: Reader, in credentials: inout ClusterCredentials) throws(CredentialsError) {
        try user.refuse("exec", unless: nil, "exec plugins are not run; use a token or a client certificate")
        try user.refuse(
            "auth-provider", unless: nil, "auth providers are not supported; use a token or a client certificate")
        for key in ["username", "password", "as", "as-uid", "as-groups", "as-user-extra"] {
            try user.refuse(key, unless: nil, "it is not supported; use a token or a client certificate")
        }
        let token = try user.text("token").map { Redacted($0) }
        if let file = try user.text("tokenFile") {
            credentials.token = .file(user.resolved(file), fallback: token)
        } else {
            credentials.token = token.map(ClusterCredentials.Token.fixed)
        }
        switch (try user.material("client-certificate"), try user.material("client-key")) {
        case (nil, nil): break
        case (let certificate?, let key?): credentials.identity = .init(certificate: certificate, key: key)
        case (nil, _): throw user.error("client-certificate", "it is missing beside the key")
        case (_, nil): throw user.error("client-key", "it is missing beside the certificate")
        }
    }

    private func isLoopback(_ url: String) -> Bool {
        let host = url.dropFirst("http://".count).prefix { $0 != "/" }
        return host.hasPrefix("127.") || host.hasPrefix("[::1]") || host == "localhost" || host.hasPrefix("localhost:")
    }
}

/// One entry of a kubeconfig, read with errors that say where it stands.
private struct Reader {
    let file: String
    private let place: String
    private let value: JSONValue

    init(
        _ entries: [String: Kubeconfig.Entry], _ list: String, _ member: String, _ name: String, fallback: String
    ) throws(CredentialsError) {
        let place = "\(list)[\(shown(name, limit: 64))]"
        guard let entry = entries[name] else {
            let known = entries.keys.sorted().prefix(8).map { shown($0, limit: 64) }.joined(separator: ", ")
            throw CredentialsError(
                file: fallback, path: place,
                problem: "it does not exist" + (known.isEmpty ? "" : "; there are: \(known)"))
        }
        file = entry.file
        self.place = "\(place).\(member)"
        value = entry.value
    }

    func error(_ key: String, _ problem: String) -> CredentialsError {
        CredentialsError(file: file, path: "\(place).\(key)", problem: problem)
    }

    /// A text; nil when absent, null or empty.
    func text(_ key: String) throws(CredentialsError) -> String? {
        guard let member = value[key], !member.isNull else { return nil }
        guard let text = member.stringValue else { throw error(key, "a text is expected; put it in quotes") }
        return text.isEmpty ? nil : text
    }

    /// `key-data` in base64, or else the file that `key` names.
    func material(_ key: String) throws(CredentialsError) -> ClusterCredentials.Material? {
        if let data = try text(key + "-data") {
            guard let bytes = Base64.decode(ignoringSpaceIn: data) else {
                throw error(key + "-data", "it is no base64")
            }
            return .bytes(Redacted(bytes))
        }
        return try text(key).map { .file(resolved($0)) }
    }

    /// A path relative to the file that names it.
    func resolved(_ path: String) -> String {
        guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
        return file[...slash] + path
    }

    /// Throws when `key` is there with any other value than `allowed`.
    func refuse(_ key: String, unless allowed: JSONValue?, _ problem: String) throws(CredentialsError) {
        guard let member = value[key], !member.isNull, member != "", member != [], member != allowed else { return }
        throw error(key, problem)
    }
}
