// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// Credentials for pulling images, out of the Docker configurations of some pull secrets, found by the kubelet's rules.
///
/// The rules are those of Kubernetes `pkg/credentialprovider` (`config.go`, `keyring.go`). An entry that cannot be read is
/// passed over; the kubelet would give up the whole secret. `identitytoken` and credential helpers mean nothing to either.
package struct PullCredentials: Sendable, Equatable {
    /// Who to be at a registry.
    package struct Credential: Hashable, Sendable {
        /// The registry that it is for, as normalised from the configuration: `*.example.com/team`.
        package let registryKey: String
        package let username: String
        package let password: Redacted<String>
    }

    /// Which of the two files a configuration is.
    package enum Form: Sendable {
        /// `.dockerconfigjson`: `{"auths": {REGISTRY: ENTRY}}`
        case dockerConfigJSON
        /// `.dockercfg`, of old: `{REGISTRY: ENTRY}`
        case dockercfg
    }

    /// Why a configuration has no credentials at all. It tells nothing of the content.
    package enum Problem: Error, Hashable, Sendable {
        case tooLarge
        case notJSON
        case noRegistries
    }

    private var entries: [RegistryKey: [Credential]] = [:]

    /// The API server takes no larger Secret.
    package static let maximumBytes = 1 << 20
    /// How many of the credentials for one image are given out.
    package static let maximumMatches = 16

    package init() {}

    /// Adds what a configuration holds, behind what is there already for the same registry.
    package mutating func add(_ configuration: [UInt8], _ form: Form) throws(Problem) {
        guard configuration.count <= Self.maximumBytes else { throw .tooLarge }
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue(
                parsing: configuration,
                limits: JSONLimits(maximumDepth: 32, maximumBytes: Self.maximumBytes, maximumValues: 50_000))
        } catch {
            throw .notJSON
        }
        let registries = form == .dockercfg ? document : document.member("auths")
        guard let registries = registries?.objectValue else { throw .noRegistries }
        for (text, entry) in registries.sorted(by: { $0.key < $1.key }) {
            guard let key = RegistryKey(text), let (username, password) = Self.account(entry),
                !username.isEmpty || !password.isEmpty
            else { continue }
            entries[key, default: []].append(
                Credential(registryKey: key.text, username: username, password: Redacted(password)))
        }
    }

    /// What to try for an image, in this order, before doing without; the most specific first.
    package func credentials(for image: ImageReference) -> [Credential] {
        var found = entries.filter { $0.key.matches(image) }.sorted { $0.key.text > $1.key.text }.flatMap(\.value)
        // The kubelet also takes `localhost/app` for an image of Docker Hub; we tell nobody else Docker Hub's password.
        if found.isEmpty, image.registry == ImageReference.defaultRegistry {
            found = entries.first { $0.key.text == "index.docker.io" }?.value ?? []
        }
        var distinct: [Credential] = []
        for credential in found
        where !distinct.contains(where: {
            $0.username == credential.username && $0.password == credential.password
        }) {
            distinct.append(credential)
        }
        return Array(distinct.prefix(Self.maximumMatches))
    }

    /// User and password of an entry: `auth` stands above `username` and `password`.
    private static func account(_ entry: JSONValue) -> (username: String, password: String)? {
        let encoded = entry.member("auth") ?? .null
        guard !encoded.isNull, encoded != "" else {
            guard entry.objectValue != nil, let username = text(entry.member("username")),
                let password = text(entry.member("password"))
            else { return nil }
            return (username, password)
        }
        guard let text = encoded.stringValue, let bytes = decode(text),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            let username = String(validating: bytes[..<colon], as: UTF8.self),
            let password = String(validating: bytes[(colon + 1)...], as: UTF8.self)
        else { return nil }
        return (username, password)
    }

    /// Absent is empty, anything but text is wrong.
    private static func text(_ value: JSONValue?) -> String? {
        guard let value, !value.isNull else { return "" }
        return value.stringValue
    }

    /// Base64 with or without padding, in broken lines or not.
    private static func decode(_ text: String) -> [UInt8]? {
        var bytes = text.utf8.filter { !"\r\n\t ".utf8.contains($0) }
        while bytes.last == UInt8(ascii: "=") { bytes.removeLast() }
        while !bytes.count.isMultiple(of: 4) { bytes.append(UInt8(ascii: "=")) }
        return Base64.decode(bytes[...])
    }
}

extension JSONValue {
    /// The member of that name in whatever case, as Go's decoder finds it; an exact match goes first.
    fileprivate func member(_ name: String) -> JSONValue? {
        guard let members = objectValue else { return nil }
        return members[name]
            ?? members.filter { $0.key.lowercased() == name }.min { $0.key < $1.key }?.value
    }
}
