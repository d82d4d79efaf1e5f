import type { ModelRegistry, RegistryEdits } from '../../registry/types';
import { resolveArtifact } from './artifacts';
import type { LocalDatabase } from './database';
import * as versions from './model-versions';
import * as models from './registered-models';

/** The model registry on the local database. */
export function localRegistry(database: LocalDatabase, root: string): ModelRegistry & RegistryEdits {
  return {
    models: () => database.read((sql) => models.readModels(sql)),
    model: (name) => database.read((sql) => models.readModel(sql, name)),
    createModel: (name, description) => database.write((sql) => models.createModel(sql, name, description)),
    describeModel: (name, description) =>
      database.write((sql) => models.describeModel(sql, name, description)),
    setModelTag: (name, key, value) => database.write((sql) => models.setModelTag(sql, name, key, value)),
    deleteModelTag: (name, key) => database.write((sql) => models.deleteModelTag(sql, name, key)),
    deleteModel: (name) => database.write((sql) => models.deleteModel(sql, name)),

    versions: (name) => database.read((sql) => versions.readVersions(sql, name)),
    version: (name, version) => database.read((sql) => versions.readVersion(sql, name, version)),
    createVersion: (version) => database.write((sql) => versions.createVersion(sql, version)),
    describeVersion: (name, version, description) =>
      database.write((sql) => versions.describeVersion(sql, name, version, description)),
    deleteVersion: (name, version) => database.write((sql) => versions.deleteVersion(sql, name, version)),
    setVersionTag: (name, version, key, value) =>
      database.write((sql) => versions.setVersionTag(sql, name, version, key, value)),
    deleteVersionTag: (name, version, key) =>
      database.write((sql) => versions.deleteVersionTag(sql, name, version, key)),
    setAlias: (name, alias, version) => database.write((sql) => versions.setAlias(sql, name, alias, version)),
    deleteAlias: (name, alias) => database.write((sql) => models.deleteAlias(sql, name, alias)),
    artifactPath: (name, version) =>
      database.read((sql) => {
        versions.readVersion(sql, name, version);
        return resolveArtifact(sql, root, versions.versionLocation(sql, name, version));
      }),
  };
}
