// SPDX-License-Identifier: Apache-2.0
import CustomResources
import OCIModel

/// The command line of Trivy for one image.
struct TrivyArguments {
    let configuration: OperatorConfiguration

    /// Where Trivy lies in a scan Pod.
    static let program = "/scan/trivy"
    static let cache = "/scan/cache"

    /// Arguments after `trivy image --format json --output …`, which is the courier's. `reference` is scanned by its digest, wherever its registry is reached.
    func arguments(
        for image: ImageKey, reference: ImageReference, scanners: Set<ScannerKind>, timeoutSeconds: Int,
        databaseDigest: String? = nil
    ) -> [String] {
        var arguments = [
            "--quiet", "--no-progress", "--cache-dir", Self.cache, "--image-src", "remote",
            "--platform", image.platform.description, "--timeout", "\(timeoutSeconds)s",
            "--scanners", scanners.trivyNames.joined(separator: ","),
            "--db-repository", database(databaseDigest),
        ]
        if scanners.contains(.imageConfiguration) { arguments += ["--image-config-scanners", "misconfig"] }
        if configuration.scanner.javaDatabaseRepository.isEmpty {
            arguments.append("--skip-java-db-update")
        } else {
            arguments += ["--java-db-repository", reachable(configuration.scanner.javaDatabaseRepository)]
        }
        // Nothing is asked of anybody but the two registries.
        arguments += [
            "--skip-check-update", "--skip-version-check", "--disable-telemetry", "--skip-vex-repo-update",
            "--offline-scan",
        ]
        if needsInsecure(reference) { arguments.append("--insecure") }
        return arguments + [reachable(reference.pinned(to: image.digest))]
    }

    /// The vulnerability database, pinned when a digest is given.
    private func database(_ digest: String?) -> String {
        let text = configuration.scanner.databaseRepository
        guard let digest = digest.flatMap({ Digest($0) }), let repository = parse(text) else { return reachable(text) }
        return reachable(repository.pinned(to: digest))
    }

    /// True when the image's registry or the database's speaks plain HTTP: Trivy has one switch for both, which also turns
    /// the checks of certificates off.
    func needsInsecure(_ reference: ImageReference) -> Bool {
        let named = [reference.registry, parse(configuration.scanner.databaseRepository)?.registry]
        return configuration.registries.contains {
            $0.plainHTTP && (named.contains($0.host) || named.contains($0.endpoint))
        }
    }

    /// Registry and repository as Trivy is told them.
    func repository(of reference: ImageReference) -> String {
        endpoint(of: reference.registry) + "/" + reference.repository
    }

    private func reachable(_ text: String) -> String { parse(text).map(reachable) ?? text }

    /// The reference with the registry's endpoint in place of its name.
    private func reachable(_ reference: ImageReference) -> String {
        endpoint(of: reference.registry) + reference.description.dropFirst(reference.registry.count)
    }

    private func endpoint(of registry: String) -> String {
        configuration.registries.first { $0.host == registry }?.endpoint ?? registry
    }

    private func parse(_ text: String) -> ImageReference? {
        do throws(ImageReferenceError) { return try ImageReference(parsing: text) } catch { return nil }
    }
}

extension Set<ScannerKind> {
    /// As Trivy calls them, for `--scanners`; never empty.
    package var trivyNames: [String] {
        let names = sorted().map { scanner in
            switch scanner {
            case .vulnerability: "vuln"
            case .secret: "secret"
            case .license: "license"
            case .imageConfiguration: "misconfig"
            }
        }
        return names.isEmpty ? ["vuln"] : names
    }
}
