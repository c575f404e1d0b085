import { Expose } from 'class-transformer';
import { UserReadDto } from 'nestjs-users';

export class AppUserReadDto extends UserReadDto {
  @Expose()
  fullName!: string | null;
}
