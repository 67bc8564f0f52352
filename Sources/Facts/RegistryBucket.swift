// SPDX-License-Identifier: Apache-2.0
import KubernetesModel

/// What shares back-off among questions to registries: a host, asked with the same pull secrets. Others may be answered when
/// these are not.
enum RegistryBucket {
    static func name(_ registry: String, _ secrets: [ObjectKey]) -> String {
        ([registry] + secrets.map(\.description)).joined(separator: " ")
    }
}
